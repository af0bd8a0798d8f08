import { memoryContainment } from '#infra/memory/containment.ts'
import { containmentPart, sqliteContainment } from '#infra/sqlite/containment.ts'
import { containmentContract } from './containment.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

containmentContract('memory', () => ({ store: memoryContainment() }))
containmentContract('SQLite', () => {
  const { first, reopen } = onDisk(containmentPart, sqliteContainment)
  return { store: first, reopen }
})
