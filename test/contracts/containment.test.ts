import { memoryContainment } from '#infra/memory/containment.ts'
import { sqlContainment } from '#infra/sql/containment.ts'
import { containmentPart } from '#infra/sqlite/parts.ts'
import { containmentContract } from './containment.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

containmentContract('memory', () => ({ store: memoryContainment() }))
containmentContract('SQLite', () => {
  const { first, reopen } = onDisk(containmentPart, sqlContainment)
  return { store: first, reopen }
})
