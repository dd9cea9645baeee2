# signet_embed(TARGET SYMBOL FILE): makes FILE's text a `const std::string_view SYMBOL` (namespace in SYMBOL) inside TARGET.
# Run as a script it writes the source; the raw-string delimiter cannot occur in the files that we embed.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} text)
  string(REGEX REPLACE "::[^:]*$" "" space "${SYMBOL}")
  string(REGEX REPLACE "^.*::" "" name "${SYMBOL}")
  file(WRITE ${OUTPUT} "#include <string_view>\nnamespace ${space} {\nextern const std::string_view ${name};\nconst std::string_view ${name} = R\"~~~~(${text})~~~~\";\n}\n")
  return()
endif()

set(SIGNET_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(signet_embed TARGET SYMBOL FILE)
  get_filename_component(input ${FILE} ABSOLUTE)
  get_filename_component(base ${FILE} NAME)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${base}.cc)
  add_custom_command(OUTPUT ${output} DEPENDS ${input} ${SIGNET_EMBED_SCRIPT}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DSYMBOL=${SYMBOL} -P ${SIGNET_EMBED_SCRIPT}
    COMMENT "Embedding ${base}" VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()
