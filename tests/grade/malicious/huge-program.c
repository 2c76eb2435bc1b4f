/* on: solution
   expect: unbuilt
   why: an object file of a terabyte */
char huge[1UL << 40] = {1};
