/* konak - its entry point. */
#include <stdio.h>

int
main(void)
{
	puts("konak " KONAK_VERSION);
	return 0;
}
