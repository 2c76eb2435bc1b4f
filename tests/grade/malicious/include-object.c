/* on: solution
   expect: unbuilt
   why: carries away what the canaries and others' folders hold */
__asm__(".section .rodata\n.incbin \"@CANARY@/letter\"\n.incbin "
        "\"@CLASS@/honest-01/labs/01-raw-socket/raw_socket.c\"\n.previous");
