/* net.c - which addresses are inside, and lists of networks. */
#include "lib/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/unit/unit.h"

union addr {
	struct sockaddr		sa;
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
	struct sockaddr_un	un;
};

static union addr
addr(const char *text)
{
	union addr	a;

	memset(&a, 0, sizeof a);
	if (strchr(text, ':') != NULL) {
		a.v6.sin6_family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, text, &a.v6.sin6_addr),
		    1);
	} else {
		a.v4.sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &a.v4.sin_addr), 1);
	}
	return a;
}

static void
test_inside(void **state)
{
	static const char *const in[] = { "127.0.0.1", "127.8.9.10",
	    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
	    "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
	    "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fd00::1",
	    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1",
	    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
	    "2002:c0a8:101::1" };
	static const char *const out[] = { "1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.1.1",
	    "100.63.255.255", "100.128.0.0", "223.255.255.255",
	    "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
	    "64:ff9b::808:808", "2002:808:808::1" };
	union addr	a;
	size_t		i;

	for (i = 0; i < ROWS(in); i++) {
		a = addr(in[i]);
		if (!net_inside(&a.sa))
			fail_msg("%s is inside", in[i]);
	}
	for (i = 0; i < ROWS(out); i++) {
		a = addr(out[i]);
		if (net_inside(&a.sa))
			fail_msg("%s is not inside", out[i]);
	}
	memset(&a, 0, sizeof a);
	a.un.sun_family = AF_UNIX;
	assert_true(net_inside(&a.sa));
}

static void
test_listed(void **state)
{
	union addr	a = addr("10.1.2.3"), b = addr("::1"),
			c = addr("::ffff:10.1.2.3");

	assert_true(net_listed(&a.sa, "10.0.0.0/8"));
	assert_true(net_listed(&a.sa, "192.168.0.0/16 10.1.2.3"));
	assert_true(net_listed(&c.sa, "10.1.2.0/23"));
	assert_false(net_listed(&a.sa, "10.1.4.0/23"));
	assert_false(net_listed(&a.sa, "10.1.2.4 ::1"));
	assert_true(net_listed(&b.sa, "10.1.2.4 ::1"));
	assert_false(net_listed(&b.sa, "0.0.0.0/0"));
	assert_true(net_listed(&a.sa, "0.0.0.0/0"));
	assert_false(net_listed(&a.sa, ""));
	assert_false(net_listed(&a.sa, "nobody"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_listed),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
