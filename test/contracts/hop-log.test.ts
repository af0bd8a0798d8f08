import { memoryHopLog } from '#infra/memory/hop-log.ts'
import { hopLogContract } from './hop-log.ts'

hopLogContract('memory', async () => {
  const logs = memoryHopLog()
  return await Promise.resolve({
    open: async () => await Promise.resolve(logs.open()),
    forget: async (place, before) => {
      logs.forget(place, before)
      await Promise.resolve()
    },
  })
})
