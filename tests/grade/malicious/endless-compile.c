/* on: nothing
   expect: unbuilt
   why: a few lines that the preprocessor makes gigabytes of */
#define A "a mouthful of text that is copied, and copied again, and again"
#define B A A A A A A A A A A A A A A A A
#define C B B B B B B B B B B B B B B B B
#define D C C C C C C C C C C C C C C C C
#define E D D D D D D D D D D D D D D D D
#define F E E E E E E E E E E E E E E E E
#define G F F F F F F F F F F F F F F F F
#define H G G G G G G G G G G G G G G G G
const char *text = H H H H;
