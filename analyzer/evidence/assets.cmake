# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the C file that holds page.css and page.js. Called with -DOUT=file -DFOLDER=this folder.
set(text "/* Made from page.css and page.js; do not edit. */\n#include \"evidence/assets.h\"\n\n")
foreach(pair style=page.css script=page.js)
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 file)
  file(READ ${FOLDER}/${file} octets HEX)
  string(REGEX REPLACE "(..)" "0x\\1," octets "${octets}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" octets "${octets}")
  string(APPEND text "const unsigned char assets_${name}[] = {\n${octets}\n};\nconst size_t assets_${name}_length = sizeof assets_${name};\n")
endforeach()
file(WRITE ${OUT} "${text}")
