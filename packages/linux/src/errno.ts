/**
 * Linux error numbers: number, name and what strerror(3) says, `number name text`.
 *
 * The numbers are those of asm-generic, which x86-64 and arm64 share.
 */
const table = `1 EPERM operation not permitted
2 ENOENT no such file or directory
3 ESRCH no such process
4 EINTR interrupted system call
5 EIO input/output error
6 ENXIO no such device or address
7 E2BIG argument list too long
8 ENOEXEC exec format error
9 EBADF bad file descriptor
10 ECHILD no child processes
11 EAGAIN resource temporarily unavailable
12 ENOMEM cannot allocate memory
13 EACCES permission denied
14 EFAULT bad address
15 ENOTBLK block device required
16 EBUSY device or resource busy
17 EEXIST file exists
18 EXDEV the files are on different file systems
19 ENODEV no such device
20 ENOTDIR not a directory
21 EISDIR is a directory
22 EINVAL invalid argument
23 ENFILE too many open files in system
24 EMFILE too many open files
25 ENOTTY not a terminal or not supported by the device
26 ETXTBSY text file busy
27 EFBIG file too large
28 ENOSPC no space left on device
29 ESPIPE illegal seek
30 EROFS read-only file system
31 EMLINK too many links
32 EPIPE broken pipe
33 EDOM argument out of domain
34 ERANGE result out of range
35 EDEADLK resource deadlock avoided
36 ENAMETOOLONG file name too long
37 ENOLCK no locks available
38 ENOSYS not implemented by this kernel
39 ENOTEMPTY directory not empty
40 ELOOP too many levels of symbolic links
42 ENOMSG no message of the desired type
43 EIDRM identifier removed
60 ENOSTR device not a stream
61 ENODATA no data available
62 ETIME timer expired
63 ENOSR out of streams resources
67 ENOLINK link has been severed
71 EPROTO protocol error
72 EMULTIHOP multihop attempted
74 EBADMSG bad message
75 EOVERFLOW value too large
84 EILSEQ invalid byte sequence
87 EUSERS too many users
88 ENOTSOCK not a socket
89 EDESTADDRREQ destination address required
90 EMSGSIZE message too long
91 EPROTOTYPE protocol wrong type for socket
92 ENOPROTOOPT protocol not available
93 EPROTONOSUPPORT protocol not supported
94 ESOCKTNOSUPPORT socket type not supported
95 EOPNOTSUPP operation not supported
96 EPFNOSUPPORT protocol family not supported
97 EAFNOSUPPORT address family not supported
98 EADDRINUSE address already in use
99 EADDRNOTAVAIL cannot assign requested address
100 ENETDOWN network is down
101 ENETUNREACH network is unreachable
102 ENETRESET connection reset by network
103 ECONNABORTED connection aborted
104 ECONNRESET connection reset by peer
105 ENOBUFS no buffer space available
106 EISCONN already connected
107 ENOTCONN not connected
108 ESHUTDOWN socket was shut down
110 ETIMEDOUT timed out
111 ECONNREFUSED connection refused
112 EHOSTDOWN host is down
113 EHOSTUNREACH no route to host
114 EALREADY already in progress
115 EINPROGRESS now in progress
116 ESTALE stale file handle
117 EUCLEAN structure needs cleaning
122 EDQUOT disk quota exceeded
123 ENOMEDIUM no medium found
124 EMEDIUMTYPE wrong medium type
125 ECANCELED operation canceled
126 ENOKEY required key not available
130 EOWNERDEAD owner died
131 ENOTRECOVERABLE state not recoverable
132 ERFKILL not possible because of RF-kill`

/** One row of the table. */
interface ErrnoEntry {
  readonly errno: number
  readonly code: string
  readonly text: string
}

let entries: ReadonlyArray<ErrnoEntry> | undefined

/** The table is parsed at the first error, not at start-up. */
const all = (): ReadonlyArray<ErrnoEntry> =>
  (entries ??= table.split("\n").map((line) => {
    const [errno = "", code = "", ...words] = line.split(" ")
    return { errno: Number(errno), code, text: words.join(" ") }
  }))

/** The symbolic name of an error number, or `errno 123` for one that has no entry. */
export const errnoCode = (errno: number): string =>
  all().find((entry) => entry.errno === errno)?.code ?? `errno ${errno}`

/** A short description in lower case, without a full stop. */
export const errnoText = (errno: number): string =>
  all().find((entry) => entry.errno === errno)?.text ?? "unknown error"

/** The number of a symbolic name, for doubles that fail on request. Throws a RangeError for an unknown name. */
export const errnoNumber = (code: string): number => {
  const found = all().find((entry) => entry.code === code)
  if (found === undefined) throw new RangeError(`${code} is not a Linux error name`)
  return found.errno
}
