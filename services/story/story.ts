import { compareMarks } from '#shared/facts/mark.ts'
import type { Finding, GrantedBy } from '#shared/messages/finding.ts'
import type { Guest, Message, ToStory } from '#shared/messages/hops.ts'
import type { Step } from '#shared/pipeline/step.ts'
import { storyGapMs } from './clusters.ts'
import { incidentsOf } from './incidents.ts'

/** One partition of story: by lease root, its own findings, those that others sent here, and who asked what. */
export type StoryState = { readonly roots: Map<string, Root>; readonly changed: Set<string> }

export type Root = {
  readonly key: string
  /** Own findings by session, with the revision that brought them. */
  readonly own: Map<string, { readonly revision: number; readonly findings: readonly Finding[] }>
  /** Findings that belong to this story though their lease root is another, by (sender, finding). */
  readonly guests: Map<string, Guest>
  /** Grants that others ask about, with the askers. */
  readonly asked: Map<string, Set<string>>
  /** Does the grant (root and record) stand as a finding over there? */
  readonly answers: Map<string, boolean>
  /** Last messages by receiver and about. */
  readonly said: Map<string, string>
  /** Handles by finding key: given once, never changed. */
  readonly handles: Map<string, string>
}

/**
 * Keyed by lease root: incidents across subjects. A finding goes to the story of its one known actor, or of whoever gave its
 * principal the power shortly before, if that grant itself stands as a finding; what it follows may follow something else.
 */
export const story: Step<StoryState, ToStory, Message> = {
  name: 'story',
  initial: () => ({ roots: new Map(), changed: new Set() }),
  apply(state, input) {
    const root = rootOf(state, input.key)
    if (learn(root, input)) state.changed.add(input.key)
  },
  flush(state) {
    const out = [...state.changed].flatMap((key) => speak(rootOf(state, key)))
    state.changed.clear()
    return out
  },
}

function rootOf(state: StoryState, key: string): Root {
  let root = state.roots.get(key)
  if (!root) {
    root = {
      key,
      own: new Map(),
      guests: new Map(),
      asked: new Map(),
      answers: new Map(),
      said: new Map(),
      handles: new Map(),
    }
    state.roots.set(key, root)
  }
  return root
}

function learn(root: Root, input: ToStory): boolean {
  switch (input.kind) {
    case 'findings': {
      const before = root.own.get(input.session)
      if (before && before.revision >= input.revision) return false
      root.own.set(input.session, { revision: input.revision, findings: input.findings })
      return true
    }
    case 'ask': {
      const askers = root.asked.get(input.grant) ?? new Set()
      root.asked.set(input.grant, askers.add(input.asker))
      return true
    }
    case 'answer': {
      const name = grantName({ leaseRoot: input.from, id: input.grant })
      if (root.answers.get(name) === input.stands) return false
      root.answers.set(name, input.stands)
      return true
    }
    case 'guest': {
      const name = `${input.from}\n${input.about}`
      if (input.guest) root.guests.set(name, input.guest)
      else root.guests.delete(name)
      return true
    }
  }
}

const grantName = ({ leaseRoot, id }: { leaseRoot: string; id: string }): string =>
  `${id} ${leaseRoot}`

/** Where a finding belongs: here, or to another root, following a grant or its actor. */
type Home = { readonly root: string; readonly grant: string }

function speak(root: Root): Message[] {
  const own = [...root.own.values()].flatMap(({ findings }) => findings)
  const homes = new Map(own.map((finding) => [finding.key, homeOf(root, finding)]))
  const out = [...questions(root, own), ...answersOf(root, own)]
  const here: Finding[] = []
  const away = new Map<string, { to: string; guest: Guest }>()
  const place = (finding: Finding, home: Home): void => {
    if (home.root === root.key) here.push(finding)
    else
      away.set(`${home.root}\n${finding.key}`, {
        to: home.root,
        guest: { finding, grant: home.grant },
      })
  }
  for (const finding of own) place(finding, homes.get(finding.key) ?? { root: root.key, grant: '' })
  for (const { finding, grant } of root.guests.values())
    place(finding, followed(root, own, homes, grant))
  out.push(...moves(root, away))
  const members = new Map(here.map((finding) => [finding.key, finding]))
  const incidents = incidentsOf(root, [...members.values()])
  if (changed(root, 'incidents', JSON.stringify(incidents)))
    out.push({ to: 'effects', kind: 'incidents', key: root.key, incidents })
  return out
}

/** A guest that follows a grant goes wherever the finding with that grant goes; any other stays. */
function followed(
  root: Root,
  own: readonly Finding[],
  homes: ReadonlyMap<string, Home>,
  grant: string,
): Home {
  const lead = grant === '' ? undefined : own.find(({ grants }) => grants.includes(grant))
  const home = lead && homes.get(lead.key)
  return home ? { root: home.root, grant: home.grant } : { root: root.key, grant: '' }
}

function homeOf(root: Root, finding: Finding): Home {
  if (finding.joins !== '' && finding.joins !== root.key) return { root: finding.joins, grant: '' }
  const standing = recent(root, finding).find(
    (grant) => root.answers.get(grantName(grant)) === true,
  )
  return standing ? { root: standing.leaseRoot, grant: standing.id } : { root: root.key, grant: '' }
}

/**
 * Grants of the day before the finding, earliest first. Strictly before it by (time, id): a finding's grants are part of its
 * own evidence, so two stories can never follow each other.
 */
const recent = (root: Root, finding: Finding): GrantedBy[] =>
  finding.grantedBy
    .filter(
      (grant) =>
        grant.leaseRoot !== root.key &&
        compareMarks(grant, finding.first) < 0 &&
        finding.first.at <= grant.at + storyGapMs,
    )
    .toSorted((a, b) => compareMarks(a, b) || (a.leaseRoot < b.leaseRoot ? -1 : 1))

function questions(root: Root, own: readonly Finding[]): Message[] {
  return own
    .flatMap((finding) => recent(root, finding))
    .filter((grant) => changed(root, `ask ${grantName(grant)}`, 'asked'))
    .map(({ leaseRoot, id }) => ({
      to: 'story',
      kind: 'ask',
      key: leaseRoot,
      asker: root.key,
      grant: id,
    }))
}

function answersOf(root: Root, own: readonly Finding[]): Message[] {
  const standing = new Set(own.flatMap(({ grants }) => grants))
  return [...root.asked].flatMap(([grant, askers]) => {
    const stands = standing.has(grant)
    return [...askers]
      .filter((asker) => changed(root, `answer ${asker} ${grant}`, String(stands)))
      .map((asker): Message => ({
        to: 'story',
        kind: 'answer',
        key: asker,
        from: root.key,
        grant,
        stands,
      }))
  })
}

/** Sends what belongs elsewhere, and takes back what does not any more. */
function moves(root: Root, away: ReadonlyMap<string, { to: string; guest: Guest }>): Message[] {
  const out: Message[] = []
  for (const [name, { to, guest }] of away)
    if (changed(root, `guest ${name}`, JSON.stringify(guest)))
      out.push({
        to: 'story',
        kind: 'guest',
        key: to,
        from: root.key,
        about: guest.finding.key,
        guest,
      })
  for (const [about, text] of root.said) {
    if (!about.startsWith('guest ') || text === '') continue
    const name = about.slice('guest '.length)
    if (away.has(name)) continue
    const to = name.slice(0, name.indexOf('\n'))
    root.said.set(about, '')
    out.push({
      to: 'story',
      kind: 'guest',
      key: to,
      from: root.key,
      about: name.slice(to.length + 1),
      guest: undefined,
    })
  }
  return out
}

function changed(root: Root, about: string, text: string): boolean {
  if (root.said.get(about) === text) return false
  root.said.set(about, text)
  return true
}
