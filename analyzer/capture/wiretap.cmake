# SPDX-License-Identifier: GPL-2.0-or-later
# Finds libwiretap's headers and the name it is loaded under. It is loaded at run time, when a file needs it, and never
# linked: see wiretap.c. Sets DAPS_WIRETAP_FOUND, DAPS_WIRETAP_INCLUDE_DIRS, DAPS_WIRETAP_SONAME.
set(DAPS_WIRETAP_FOUND OFF)
if(DAPS_WIRETAP)
  find_path(DAPS_WIRETAP_INCLUDE wiretap/wtap.h PATH_SUFFIXES wireshark)
  find_library(DAPS_WIRETAP_LIBRARY wiretap)
  mark_as_advanced(DAPS_WIRETAP_INCLUDE DAPS_WIRETAP_LIBRARY)
  if(DAPS_WIRETAP_INCLUDE AND DAPS_WIRETAP_LIBRARY)
    set(DAPS_WIRETAP_INCLUDE_DIRS ${DAPS_WIRETAP_INCLUDE} ${GLIB_INCLUDE_DIRS})
    file(REAL_PATH ${DAPS_WIRETAP_LIBRARY} real)
    string(REGEX MATCH "libwiretap\\.so\\.[0-9]+" DAPS_WIRETAP_SONAME ${real})
    # The interface changes between Wireshark's versions: use it only where it is the one written for.
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_INCLUDES ${DAPS_WIRETAP_INCLUDE_DIRS})
    set(CMAKE_REQUIRED_FLAGS "-Werror=incompatible-pointer-types")
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    check_c_source_compiles("
      #include <wiretap/wtap.h>
      gboolean next(wtap *w, wtap_rec *r, Buffer *b, int *e, gchar **i, gint64 *o) { return wtap_read(w, r, b, e, i, o); }
      wtap *begin(int *e, gchar **i) { return wtap_open_offline(\"\", WTAP_TYPE_AUTO, e, i, FALSE); }
      int main(void) { return 0; }" DAPS_WIRETAP_INTERFACE)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_FLAGS)
    unset(CMAKE_TRY_COMPILE_TARGET_TYPE)
  endif()
  if(DAPS_WIRETAP_SONAME AND DAPS_WIRETAP_INTERFACE)
    set(DAPS_WIRETAP_FOUND ON)
    message(STATUS "libwiretap: ${DAPS_WIRETAP_SONAME}, loaded when needed")
  else()
    message(STATUS "libwiretap: not found (libwiretap-dev); compressed and unusual captures will not be readable")
  endif()
endif()
