# SPDX-License-Identifier: GPL-2.0-or-later
# What of the plugin knows nothing of Wireshark: tests have it without, and the fuzzing harnesses build it once more.
set(DAPS_SESSION_SOURCES)
foreach(name session answers lineage note numbers ground bystanders coverage)
  list(APPEND DAPS_SESSION_SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.c)
endforeach()
