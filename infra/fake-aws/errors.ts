/** An answer of AWS that is an error: its code, its words, and the HTTP status that comes with it. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** A policy that IAM does not take. */
export class Malformed extends ApiError {
  override readonly name = 'Malformed'

  constructor(message: string) {
    super('MalformedPolicyDocument', 400, message)
  }
}

export const noSuchEntity = (what: string): ApiError =>
  new ApiError('NoSuchEntity', 404, `${what} cannot be found.`)

export const invalid = (message: string): ApiError => new ApiError('ValidationError', 400, message)

export const exists = (what: string): ApiError =>
  new ApiError('EntityAlreadyExists', 409, `${what} already exists.`)

export const tooMany = (message: string): ApiError => new ApiError('LimitExceeded', 409, message)
