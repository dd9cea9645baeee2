# Puts one line into one file of an otherwise empty tree and asks the layer check, with the tables of this house.
file(REMOVE_RECURSE ${TREE})
file(WRITE ${TREE}/${FILE} "${LINE}\n")
execute_process(
  COMMAND ${CMAKE_COMMAND} -DROOT=${TREE} -DTABLE=${CMAKE_DIR}/layers.txt -DFOREIGN=${CMAKE_DIR}/foreign.txt -P ${CMAKE_DIR}/check_layers.cmake
  RESULT_VARIABLE status ERROR_VARIABLE said)
if(REASON STREQUAL "")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "refused what the tables allow: ${said}")
  endif()
  return()
endif()
string(FIND "${said}" "${REASON}" at)
if(status EQUAL 0 OR at EQUAL -1)
  message(FATAL_ERROR "expected a refusal that says \"${REASON}\"; status ${status}: ${said}")
endif()
