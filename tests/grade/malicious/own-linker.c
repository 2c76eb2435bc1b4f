/* on: nothing
   expect: unbuilt
   why: nothing of the lab's is written; the solution must not be lent by the linker */
