import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rule } from './rules.ts'

/** Where what is judged by shape may be tempted to know a record. */
const judging = /^services\/(detect|normalise)\//

/** Words that stand in records and in documentation alike: they identify nothing. */
const common = /^(userName|roleName|AWSServiceRole\w*|123456789012|(\d)\2{11}|.*EXAMPLE.*)$/

/** Names by which attack tools present themselves; an attacker changes them at will. */
const attackTools = /\b(stratus-red-team|pacu|cloudgoat|cloudfox|trufflehog|scoutsuite)\b/i

/** Which values identify one record or one actor, by the name of their field. */
const identifying: Readonly<Record<string, RegExp>> = {
  eventID: /^[0-9a-f-]{36}$/,
  accessKeyId: /^[A-Z0-9]{16,128}$/,
  accountId: /^\d{12}$/,
  recipientAccountId: /^\d{12}$/,
  userName: /^.{8,}$/,
  roleSessionName: /^.{8,}$/,
}

/** Whether some file that judges contains a literal of the records in `folder`, or a tool's name. */
export function noLiteralOf(folder: string): Rule {
  return {
    name: 'no detection knows a record',
    broken: (tree) => {
      const literals = existsSync(folder) ? literalsIn(folder) : new Set<string>()
      return [...tree]
        .filter(([path]) => judging.test(path))
        .flatMap(([path, text]) =>
          known(text, literals).map(
            (word) => `${path}: "${word}" is of one record: judge its shape`,
          ),
        )
    },
  }
}

function known(text: string, literals: ReadonlySet<string>): string[] {
  const words = [/[\w-]+/g, /[\w.@+=-]+/g].flatMap((pattern) => text.match(pattern) ?? [])
  const tools = attackTools.exec(text)?.slice(0, 1) ?? []
  return [...new Set([...words.filter((word) => literals.has(word)), ...tools])]
}

function literalsIn(folder: string): Set<string> {
  const found = new Set<string>()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => /\.jsonl?$/.test(name))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      collect('', parsed(line), found)
    }
  }
  return found
}

/** Records of the corpus may be broken on purpose. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function collect(field: string, value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (identifying[field]?.test(value) === true && !common.test(value)) into.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      collect(Array.isArray(value) ? field : name, item, into)
    }
  }
}
