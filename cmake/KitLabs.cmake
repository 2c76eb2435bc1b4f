# The labs. Each directory labs/NN-name holds the student's C file and a lab.ini, which says what is built:
#
#   [lab]
#   client = smtp          clients/smtp.c is the main program the student's functions are linked into
#   server = smtp          … or servers/lab/smtp.c: then the program is a server
#
# For each lab: build/labs/NN-name (the student's file over the solutions of the other labs) and, where
# solutions/ is present, build/solutions/NN-name (the finished file). Then one CTest test for each
# [check NAME] of lab.ini, labNN.NAME, and each [question NAME], labNN.question.NAME; labels "lab" and
# "labNN". They read the results that labNN.run, their fixture, recorded: the lab is run once, however
# many checks it has.

file(GLOB kit_lab_dirs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/labs/[0-9][0-9]-*)
file(GLOB kit_solution_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/solutions/[0-9][0-9]-*/*.c)
file(GLOB kit_student_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/labs/[0-9][0-9]-*/*.c)

# The value of `key` in the [lab] section of an ini file.
function(kit_lab_value ini key result)
  file(STRINGS ${ini} lines REGEX "^${key}[ \t]*=")
  string(REGEX REPLACE "^[^=]*=[ \t]*([^;]*).*$" "\\1" value "${lines}")
  string(STRIP "${value}" value)
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# The main that a lab's functions are linked into, and the libraries that it needs.
function(kit_lab_main ini main parts)
  kit_lab_value(${ini} client client)
  kit_lab_value(${ini} server server)
  if(server)
    set(${main} ${CMAKE_SOURCE_DIR}/servers/lab/${server}.c PARENT_SCOPE)
    set(${parts} PARENT_SCOPE)
  else()
    set(${main} ${CMAKE_SOURCE_DIR}/clients/${client}.c PARENT_SCOPE)
    set(${parts} client_parts PARENT_SCOPE)
  endif()
endfunction()

function(kit_lab dir)
  get_filename_component(lab ${dir} NAME)
  string(SUBSTRING ${lab} 0 2 number)
  set(ini ${dir}/lab.ini)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ini})
  kit_lab_main(${ini} main parts)

  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.c)
  if(NOT sources OR NOT EXISTS ${main})
    message(WARNING "${lab} is not built: ${dir}/*.c or ${main} is missing")
    return()
  endif()
  add_executable(lab-${lab} ${main} ${sources})
  target_link_libraries(lab-${lab} PRIVATE ${parts} others-${number} shared)
  target_compile_definitions(lab-${lab} PRIVATE KIT_LAB="${lab}") # the main may serve a lab before its time
  set_target_properties(lab-${lab} PROPERTIES OUTPUT_NAME ${lab}
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/labs)

  file(GLOB solved ${CMAKE_SOURCE_DIR}/solutions/${lab}/*.c)
  if(solved)
    add_executable(solution-${lab} ${main} ${solved})
    target_link_libraries(solution-${lab} PRIVATE ${parts} others-${number} shared)
    target_compile_definitions(solution-${lab} PRIVATE KIT_LAB="${lab}")
    set_target_properties(solution-${lab} PROPERTIES OUTPUT_NAME ${lab}
                          RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/solutions)
  endif()

  if(BUILD_TESTING)
    add_test(NAME lab${number}.run COMMAND wire check ${number} --run-only)
    set_tests_properties(lab${number}.run PROPERTIES FIXTURES_SETUP lab${number}
                         LABELS "lab;lab${number}" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    file(STRINGS ${ini} sections REGEX "^\\[(check|question) ")
    foreach(line IN LISTS sections)
      string(REGEX REPLACE "^\\[check[ \t]+([^] \t]+).*$" "\\1" check "${line}")
      string(REGEX REPLACE "^\\[question[ \t]+([^] \t]+).*$" "question.\\1" check "${check}")
      add_test(NAME lab${number}.${check} COMMAND wire check ${number} ${check} --recorded)
      set_tests_properties(lab${number}.${check} PROPERTIES FIXTURES_REQUIRED lab${number}
                           LABELS "lab;lab${number}" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    endforeach()
  endif()
endfunction()

# What a lab takes from the labs it is not about: the library others-NN. Not a word of its own solution
# is in there, so that a function which the student's file lacks is missing, and not lent to him.
# `others` has them all, for the clients.
macro(kit_labs)
  if(kit_solution_sources AND NOT KIT_OWN_STACK)
    set(kit_other_sources ${kit_solution_sources})
  else()
    set(kit_other_sources ${kit_student_sources})
  endif()
  add_library(written OBJECT ${kit_other_sources})
  target_link_libraries(written PUBLIC shared)
  add_library(others STATIC $<TARGET_OBJECTS:written>)
  target_link_libraries(others PUBLIC shared)
  # Where there is one lab only, its library of others still has to hold something.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/nothing.c CONTENT "extern int nothing;\n")
  foreach(dir IN LISTS kit_lab_dirs)
    get_filename_component(lab ${dir} NAME)
    string(SUBSTRING ${lab} 0 2 number)
    add_library(others-${number} STATIC
                $<FILTER:$<TARGET_OBJECTS:written>,EXCLUDE,/${lab}/> ${CMAKE_BINARY_DIR}/nothing.c)
    target_link_libraries(others-${number} PUBLIC shared)
  endforeach()
  # What the clients share among themselves: explanations of replies and the like.
  file(GLOB client_part_sources CONFIGURE_DEPENDS clients/parts/*.c)
  add_library(client_parts STATIC ${client_part_sources})
  target_include_directories(client_parts PUBLIC clients/parts)
  target_link_libraries(client_parts PUBLIC shared)
  foreach(dir IN LISTS kit_lab_dirs)
    kit_lab(${dir})
  endforeach()
endmacro()
