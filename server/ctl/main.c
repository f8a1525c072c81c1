/* konakctl - its entry point. */
#include <stdio.h>

int
main(void)
{
	puts("konakctl " KONAK_VERSION);
	return 0;
}
