import { base, type Case } from "../Case.ts"

const mounts: NonNullable<Case["except"]> = { classic: "mounts are BuildKit's" }

/** RUN --mount: what a command sees while it runs, and what stays of it. */
export const mountCases: ReadonlyArray<Case> = [
  {
    name: "a bind of the context, which leaves nothing",
    files: { f: "f\n", "d/g": "g\n" },
    dockerfile: `FROM ${base}\nRUN --mount=type=bind,target=/ctx cat /ctx/f /ctx/d/g > /seen\nRUN --mount=source=d,target=/only,rw echo new > /only/new && ls /only > /seen2\nRUN ls -d /ctx /only > /left 2>/dev/null || true\n`,
    except: mounts
  },
  {
    name: "a bind of another stage",
    dockerfile: `FROM ${base} AS other\nRUN mkdir /o && echo o > /o/o\nFROM ${base}\nRUN --mount=from=other,source=/o,target=/mnt cat /mnt/o > /seen\n`,
    except: mounts
  },
  {
    name: "a cache that is not in the image",
    dockerfile: `FROM ${base}\nRUN --mount=type=cache,target=/cache,id=gantry-case,mode=0700,uid=1000 echo kept > /cache/x && stat -c '%a %u' /cache > /seen\n`,
    except: { ...mounts, buildah: "1.28 knows no mode and no owner of caches" }
  },
  {
    name: "a place in memory",
    dockerfile: `FROM ${base}\nRUN --mount=type=tmpfs,target=/mem echo x > /mem/x && cat /mem/x > /seen\n`,
    except: mounts
  },
  {
    name: "a secret as a file",
    files: { "the-secret": "hush\n" },
    options: ["--secret", "id=s,src=the-secret"],
    dockerfile: `FROM ${base}\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s > /seen; stat -c '%a %u' /run/secrets/s >> /seen\nRUN --mount=type=secret,id=s,target=/etc/s,mode=0444 stat -c %a /etc/s > /seen2\nRUN --mount=type=secret,id=absent ls /run/secrets > /seen3 2>/dev/null || true\n`,
    except: { ...mounts, buildah: "it leaves the place of the file in the image" }
  }
]
