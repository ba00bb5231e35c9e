import type { Files } from "../e2e/host/gantry.ts"

/** A project as people have them, with the Dockerfile that they would write. */
export interface Shape {
  readonly name: string
  /** May use the image `debian:12`, and the argument SOURCE: a line of apt's list of sources. */
  readonly files: Files
  /** What a container of the image prints. */
  readonly prints: string
}

/** Built and run with Debian's packages: compiled languages, interpreted ones, tests in a stage of their own. */
export const shapes: ReadonlyArray<Shape> = [
  {
    name: "C, built by make in one stage and run in another by a user of its own",
    prints: "hello from C",
    files: {
      "main.c": `#include <stdio.h>
#include "greet.h"
int main(int argc, char **argv) { printf("%s from C\\n", greet(argc > 1 ? argv[1] : "nobody")); return 0; }
`,
      "greet.h": "const char *greet(const char *word);\n",
      "greet.c": '#include "greet.h"\nconst char *greet(const char *word) { return word; }\n',
      Makefile: `CFLAGS ?= -O2
app: main.o greet.o
\t$(CC) -o $@ $^
%.o: %.c greet.h
\t$(CC) $(CFLAGS) -c $<
`,
      Dockerfile: `# syntax=docker/dockerfile:1
ARG BASE=debian:12
FROM $BASE AS build
ARG SOURCE
RUN echo "$SOURCE" > /etc/apt/sources.list
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    --mount=type=cache,target=/var/lib/apt,sharing=locked \\
    apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make
WORKDIR /src
COPY Makefile *.h ./
COPY *.c ./
RUN make CFLAGS="-O2 -Wall -Werror" && strip app

FROM $BASE
RUN useradd --create-home --uid 10001 app
COPY --from=build /src/app /usr/local/bin/app
USER app
ENTRYPOINT ["app"]
CMD ["hello"]
`
    }
  },
  {
    name: "Go, with a cache for the compiler and nothing but the program in the image",
    prints: "hello from Go",
    files: {
      "go.mod": "module example.com/hello\n\ngo 1.19\n",
      "greet/greet.go": 'package greet\n\nfunc Greet() string { return "hello from Go" }\n',
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/hello/greet"\n)\n\nfunc main() { fmt.Println(greet.Greet()) }\n',
      ".dockerignore": "*.md\n",
      Dockerfile: `FROM debian:12 AS build
ARG SOURCE
RUN echo "$SOURCE" > /etc/apt/sources.list && apt-get update && apt-get install -y --no-install-recommends golang-go
WORKDIR /src
COPY go.mod ./
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/hello .

FROM scratch
COPY --from=build /out/hello /hello
ENTRYPOINT ["/hello"]
`
    }
  },
  {
    name: "Python, tested in a stage before it is copied",
    prints: '{"greeting": "hello from Python"}',
    files: {
      "app/__init__.py": "",
      "app/config.py": 'greeting = "hello from Python"\n',
      "app/__main__.py":
        'import json\n\nfrom app.config import greeting\n\nprint(json.dumps({"greeting": greeting}))\n',
      ".dockerignore": "**/__pycache__\n*.pyc\n",
      Dockerfile: `FROM debian:12 AS python
ARG SOURCE
RUN <<E
set -e
echo "$SOURCE" > /etc/apt/sources.list
apt-get update
apt-get install -y --no-install-recommends python3
rm -rf /var/lib/apt/lists/*
E
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

FROM python AS test
WORKDIR /srv
COPY app app
RUN python3 -m compileall -q app && python3 -m app | grep -q greeting

FROM python
WORKDIR /srv
COPY --from=test /srv/app app
HEALTHCHECK CMD python3 -c 'import app'
CMD ["python3", "-m", "app"]
`
    }
  },
  {
    name: "Node, with a stage that makes what the last one serves",
    prints: "hello from Node",
    files: {
      "package.json": '{ "name": "hello", "version": "1.0.0", "private": true, "type": "module" }\n',
      "src/greeting.js": 'export const greeting = "hello from Node"\n',
      "src/server.js": `import { createServer } from "node:http"
import { greeting } from "./greeting.js"

const server = createServer((_, response) => response.end(greeting)).listen(8080, async () => {
  console.log(await (await fetch("http://127.0.0.1:8080")).text())
  process.exit()
})
`,
      Dockerfile: `FROM debian:12 AS base
ARG SOURCE
RUN echo "$SOURCE" > /etc/apt/sources.list \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends nodejs \\
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM base AS build
COPY package.json ./
COPY src src
RUN for file in src/*.js; do node --check "$file"; done && mkdir dist && cp src/*.js dist/

FROM base
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/dist ./dist
EXPOSE 8080
USER 1000
CMD ["node", "dist/server.js"]
`
    }
  }
]
