/* A disk that fails on demand: preloaded, it makes chosen calls below one folder fail.
 *
 * fault_arm(folder, first, last, error): the calls first..last (counted from 1) that write, sync,
 * cut, rename or remove below `folder` fail with `error`. fault_disarm() gives the count so far.
 * A program that is started with FAULT_FOLDER, FAULT_FIRST, FAULT_LAST and FAULT_ERROR is armed so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long count, first, last;
static int error_code;

void fault_arm(const char *path, long from, long to, int error) {
    count = 0, first = from, last = to, error_code = error;
    strncpy(folder, path, PATH_MAX - 1);
}

__attribute__((constructor)) static void arm_from_environment(void) {
    const char *path = getenv("FAULT_FOLDER");
    if (path) {
        fault_arm(path, atol(getenv("FAULT_FIRST")), atol(getenv("FAULT_LAST")),
                  atoi(getenv("FAULT_ERROR")));
    }
}

long fault_disarm(void) {
    folder[0] = 0;
    return count;
}

static int path_fails(const char *path) {
    if (!folder[0] || strncmp(path, folder, strlen(folder))) return 0;
    count++;
    if (count < first || count > last) return 0;
    errno = error_code;
    return 1;
}

static int descriptor_fails(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return path_fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int d, const void *b, size_t n) {
    return descriptor_fails(d) ? -1 : REAL(write)(d, b, n);
}
ssize_t pwrite(int d, const void *b, size_t n, off_t o) {
    return descriptor_fails(d) ? -1 : REAL(pwrite)(d, b, n, o);
}
ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) {
    return descriptor_fails(d) ? -1 : REAL(pwrite64)(d, b, n, o);
}
int fsync(int d) { return descriptor_fails(d) ? -1 : REAL(fsync)(d); }
int fdatasync(int d) { return descriptor_fails(d) ? -1 : REAL(fdatasync)(d); }
int ftruncate(int d, off_t n) { return descriptor_fails(d) ? -1 : REAL(ftruncate)(d, n); }
int ftruncate64(int d, off64_t n) { return descriptor_fails(d) ? -1 : REAL(ftruncate64)(d, n); }
int rename(const char *a, const char *b) { return path_fails(a) ? -1 : REAL(rename)(a, b); }
int unlink(const char *a) { return path_fails(a) ? -1 : REAL(unlink)(a); }
