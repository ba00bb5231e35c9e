import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
COPY passwd group /etc/
RUN mkdir -p -m 1777 /tmp && mkdir -p -m 700 /root && mkdir -p /home/app && chown app:app /home/app
CMD ["sh"]
`

/** The image that lines are about. */
export const image = "gx/base"

/**
 * Makes ready what lines need: a folder for PATH in which the program is called `docker`, one to play in, and a context
 * of the image: the host's busybox, root and a user `app`.
 */
export const makeGround = (folder: string, program: string) => {
  const [bin, context, cwd] = [join(folder, "bin"), join(folder, "context"), join(folder, "stage")]
  for (const each of [bin, context, cwd]) mkdirSync(each, { recursive: true })
  symlinkSync(program, join(bin, "docker"))
  writeFileSync(join(context, "Dockerfile"), dockerfile)
  writeFileSync(join(context, "passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n")
  writeFileSync(join(context, "group"), "root:x:0:\napp:x:1000:\nextra:x:2000:app\n")
  copyFileSync("/bin/busybox", join(context, "busybox"))
  chmodSync(join(context, "busybox"), 0o755)
  return { path: `${bin}:${process.env["PATH"] ?? ""}`, context, cwd }
}
