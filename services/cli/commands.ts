import type { Command } from './command.ts'

/** All commands, in the order in which help shows them. Adding one: its file, and a line here. */
export const commands: readonly Command[] = []
