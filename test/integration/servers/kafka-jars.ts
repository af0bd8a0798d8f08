import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { reasonOf } from '#shared/errors.ts'

const run = promisify(execFile)
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const advice =
  'Apache Kafka is not there: install Java 17 and Maven 3.6 (or name a broker by TEST_KAFKA=HOST:PORT), or leave these tests out with npm test -- --without kafka'

/** Where jars and class paths are kept between runs: beside all clones. */
const cache = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'keytrail-test-servers',
)

/** How long Maven may take to fetch 65 MB, ms. */
const fetchMs = 600_000

/**
 * Class path of the broker that kafka-pom.xml names. Maven runs only if what it found before is missing, and every jar is what
 * kafka-jars.sha256 says.
 */
export async function kafkaClassPath(): Promise<string> {
  const pom = here('kafka-pom.xml')
  const id = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16)
  const file = join(cache, `kafka-${id}.txt`)
  const known = classPathIn(file) ?? (await resolved(pom, file))
  checkJars(known.split(delimiter))
  return known
}

function classPathIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  const path = readFileSync(file, 'utf8').trim()
  return path.split(delimiter).every((jar) => existsSync(jar)) ? path : undefined
}

async function resolved(pom: string, file: string): Promise<string> {
  mkdirSync(cache, { recursive: true })
  const fresh = `${file}.${process.pid}`
  const goal = 'dependency:build-classpath'
  const only = ['-Dmdep.includeScope=runtime', `-Dmdep.outputFile=${fresh}`]
  await run('mvn', ['-B', '-q', '-f', pom, goal, ...only], { timeout: fetchMs }).catch(
    (cause: unknown) => {
      throw new Error(`${advice} (${reasonOf(cause).split('\n', 1)[0]})`, { cause })
    },
  )
  renameSync(fresh, file)
  const path = classPathIn(file)
  if (path === undefined) throw new Error('Maven names jars that are not there')
  return path
}

function checkJars(jars: readonly string[]): void {
  const lines = readFileSync(here('kafka-jars.sha256'), 'utf8').trim().split('\n')
  const wanted = new Map(
    lines.map((line) => {
      const [sum = '', name = ''] = line.split(/\s+/)
      return [name, sum]
    }),
  )
  for (const jar of jars) {
    const sum = createHash('sha256').update(readFileSync(jar)).digest('hex')
    if (wanted.get(basename(jar)) !== sum)
      throw new Error(`${jar}: not the bytes that kafka-jars.sha256 names; delete it and try again`)
  }
  if (jars.length !== wanted.size)
    throw new Error(`${jars.length} jars, and kafka-jars.sha256 names ${wanted.size}`)
}

/** The Java of this machine. */
export const java = (): string => {
  const home = process.env['JAVA_HOME']
  return home === undefined || home === '' ? 'java' : join(home, 'bin/java')
}

/** What a JVM that cannot be started means. */
export const noJava = (cause: unknown): Error =>
  new Error(`${advice} (${reasonOf(cause).split('\n', 1)[0]})`, { cause })
