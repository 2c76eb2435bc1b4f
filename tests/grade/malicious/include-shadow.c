/* on: solution
   expect: unbuilt
   why: the compiler, too, reads files: its error messages would show them */
#include "/etc/shadow"
