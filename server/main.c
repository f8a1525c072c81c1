/* konakd - its entry point. */
#include <stdio.h>

int
main(void)
{
	puts("konakd " KONAK_VERSION);
	return 0;
}
