# Checks the arrows of cmake/layers.txt and the doors of cmake/foreign.txt as part of every build.
add_custom_target(check_layers ALL
  COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DTABLE=${PROJECT_SOURCE_DIR}/cmake/layers.txt -DFOREIGN=${PROJECT_SOURCE_DIR}/cmake/foreign.txt
          -P ${PROJECT_SOURCE_DIR}/cmake/check_layers.cmake
  COMMENT "Checking the arrows of cmake/layers.txt" VERBATIM)
