import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** From nothing: busybox, its commands, and two users. */
const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
COPY passwd group /etc/
RUN mkdir -p -m 1777 /tmp && mkdir -p -m 700 /root && mkdir -p /home/app && chown app:app /home/app
CMD ["sh"]
`

/** Makes a folder of what the image of most end-to-end tests is built from: the host's busybox, root and a user `app`. */
export const writeBaseContext = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "Dockerfile"), dockerfile)
  writeFileSync(join(folder, "passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n")
  writeFileSync(join(folder, "group"), "root:x:0:\napp:x:1000:\nextra:x:2000:app\n")
  copyFileSync("/bin/busybox", join(folder, "busybox"))
  chmodSync(join(folder, "busybox"), 0o755)
}
