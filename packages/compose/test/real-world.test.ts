import { describe, expect, it } from "vitest"
import { load } from "./loading.ts"

/** What large projects write: blocks that are merged into many services, variables from `.env`, profiles. */
const file = `
x-restart: &restart
  restart: unless-stopped
x-healthy: &healthy
  condition: service_healthy
x-check: &check
  interval: "$CHECK_INTERVAL"
  retries: $CHECK_RETRIES
  start_period: 10s
x-app: &app
  <<: *restart
  image: "\${APP_IMAGE:?set APP_IMAGE}"
  platform: \${APP_PLATFORM:-}
  build:
    context: ./app
    args:
      - APP_IMAGE
  depends_on: &app_needs
    db:
      <<: *healthy
    cache: &started
      condition: service_started
  environment: &app_environment
    CA: &ca "/etc/ssl/ca.crt"
    OTHER_CA: *ca
    RETENTION:
    RATIO: 0.3
  volumes:
    - "data:/data"
    - ./conf:/etc/app:ro
services:
  db:
    <<: *restart
    image: "postgres:14.11"
    healthcheck:
      <<: *check
      test: ["CMD-SHELL", "pg_isready -U \${DB_USER:-postgres}"]
    command:
      [
        "postgres",
        "-c",
        "max_connections=\${DB_CONNECTIONS:-100}",
      ]
    ulimits:
      nofile:
        soft: 4096
        hard: 4096
  cache:
    image: memcached
    command: ["-I", "\${MAX_SIZE:-1M}"]
  web:
    <<: *app
    ports: ["\${BIND:-127.0.0.1}:\${PORT}:9000/tcp"]
    entrypoint: bash -c 'eval "echo \\"$$(cat ~/t)\\"" > ~/k && run'
    healthcheck:
      <<: *check
      test:
        - "CMD"
        - "/bin/bash"
        - "-c"
        - 'exec 3<>/dev/tcp/127.0.0.1/9000 && echo -e "GET / HTTP/1.1\\r\\n" >&3'
  worker:
    <<: *app
    environment: {<<: *app_environment, ROLE: worker}
    depends_on:
      <<: *app_needs
      web: *started
    profiles: [full]
  cron:
    <<: *app
    command: '"55 23 * * * clean up"'
volumes:
  data:
    external: true
`

describe("a large project", () => {
  const files = {
    "compose.yaml": file,
    ".env": "APP_IMAGE=app:1\nCHECK_INTERVAL=30s\nCHECK_RETRIES=10\nPORT=9000\nRETENTION=90\n"
  }

  it("is read as its authors mean it", async () => {
    const { disabled, notices, services } = await load(files)
    expect(notices).toEqual([])
    expect(Object.keys(services)).toEqual(["db", "cache", "web", "cron"])
    expect(services["web"]).toMatchObject({
      image: "app:1",
      restart: "unless-stopped",
      build: { context: "FOLDER/app", args: { APP_IMAGE: "app:1" } },
      dependsOn: { db: { condition: "service_healthy" }, cache: { condition: "service_started" } },
      environment: { CA: "/etc/ssl/ca.crt", OTHER_CA: "/etc/ssl/ca.crt", RETENTION: "90", RATIO: "0.3" },
      ports: [{ target: 9000, published: "9000", hostIp: "127.0.0.1", protocol: "tcp" }],
      entrypoint: ["bash", "-c", `eval "echo \\"$(cat ~/t)\\"" > ~/k && run`],
      healthcheck: { interval: "30s", retries: 10, startPeriod: "10s" }
    })
    expect(services["web"]?.healthcheck?.test?.[3]).toContain(`"GET / HTTP/1.1\\r\\n"`)
    expect(services["web"]).not.toHaveProperty("platform")
    expect(services["cron"]?.command).toEqual(["55 23 * * * clean up"])
    expect(disabled["worker"]).toMatchObject({
      environment: { CA: "/etc/ssl/ca.crt", ROLE: "worker" },
      dependsOn: { db: { condition: "service_healthy" }, web: { condition: "service_started" } }
    })
  })
})
