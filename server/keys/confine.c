/*
 * confine.c - the key process's system call filter: everything that is not
 * listed fails with EPERM, above all sockets, new programs, other processes.
 */
#include "server/keys/confine.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

#define AT(field)	((uint32_t)offsetof(struct seccomp_data, field))
#define ALLOW(call) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

bool
confine(void)
{
	static struct sock_filter	rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(nr)),
		/* the pair, konakctl's descriptor, the log */
		ALLOW(recvmsg), ALLOW(sendmsg), ALLOW(sendto), ALLOW(read),
		ALLOW(write), ALLOW(writev), ALLOW(close), ALLOW(ppoll),
#ifdef __NR_poll
		ALLOW(poll),
#endif
		/* key files, when they are read again */
		ALLOW(openat), ALLOW(newfstatat), ALLOW(fstat), ALLOW(lseek),
		/* memory */
		ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect),
		ALLOW(madvise), ALLOW(brk), ALLOW(mlock), ALLOW(munlock),
		ALLOW(futex), ALLOW(getrandom),
		/* who and when we are */
		ALLOW(getpid), ALLOW(gettid), ALLOW(clock_gettime),
		ALLOW(rt_sigreturn), ALLOW(rt_sigprocmask),
		ALLOW(rt_sigaction), ALLOW(restart_syscall), ALLOW(tgkill),
		ALLOW(exit), ALLOW(exit_group),
#ifdef __SANITIZE_ADDRESS__
		/* its threads give their signal stacks back */
		ALLOW(sigaltstack),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	static const struct sock_fprog	program = {
		sizeof rows / sizeof rows[0], rows
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

bool
confine(void)
{
	return false;
}

#endif

#ifdef __SANITIZE_ADDRESS__
/* Looking for leaks traces the process, which the filter forbids. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}
#endif
