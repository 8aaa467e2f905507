/* Text that is made in a keeper: plain loops, whose pages are in its memory already. */
#include "launcher.h"

/* Each gives where the text ends; it has no NUL. */
char *put(char *at, const char *text)
{
    while (*text != '\0') *at++ = *text++;
    return at;
}

char *put_number(char *at, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0) *at++ = digits[--count];
    return at;
}
