/* The least CGI program. */

#include <unistd.h>

int main(void)
{
    static const char answer[] = "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello world\n";
    return write(1, answer, sizeof answer - 1) < 0;
}
