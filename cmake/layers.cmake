# Checks the arrows of cmake/layers.txt as part of every build.
add_custom_target(check_layers ALL
  COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DTABLE=${PROJECT_SOURCE_DIR}/cmake/layers.txt
          -P ${PROJECT_SOURCE_DIR}/cmake/check_layers.cmake
  COMMENT "Checking the arrows of cmake/layers.txt" VERBATIM)
