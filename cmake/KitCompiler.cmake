# kit_flags: what every source of the kit is compiled with. C17 and POSIX.1-2008, on Linux.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

add_library(kit_flags INTERFACE)
target_compile_definitions(kit_flags INTERFACE _GNU_SOURCE)
target_compile_options(kit_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
  -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT KIT_SANITIZE)
  target_compile_definitions(kit_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
# assert() stays on: it guards against mistakes in the kit, and costs nothing that shows.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

if(KIT_SANITIZE)
  target_compile_options(kit_flags INTERFACE -fsanitize=${KIT_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
  target_link_options(kit_flags INTERFACE -fsanitize=${KIT_SANITIZE})
endif()
