/* on: nothing
   expect: unbuilt
   why: the finished file, borrowed */
#include "../../solutions/01-raw-socket/raw_socket.c"
