# One target for each library the kit is built on: kit_NAME. `./kit setup` installs them.
find_package(PkgConfig REQUIRED)

function(kit_package name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(kit_${name} INTERFACE)
  target_link_libraries(kit_${name} INTERFACE PkgConfig::${name})
endfunction()

kit_package(openssl openssl)
kit_package(readline readline)
kit_package(libpcap libpcap)
kit_package(libinih inih)
kit_package(crypt libcrypt)
if(BUILD_TESTING AND EXISTS ${CMAKE_SOURCE_DIR}/tests) # a handout has none
  kit_package(cmocka cmocka)
endif()
