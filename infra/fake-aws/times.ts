const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** How CloudTrail writes times inside of answers: `May 4, 2026, 10:00:00 AM`, in UTC. */
export function consoleTime(at: number): string {
  const date = new Date(at)
  const hour = date.getUTCHours()
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`
  const clock = `${hour % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day}, ${clock} ${hour < 12 ? 'AM' : 'PM'}`
}
