import { PoseDistillError, type PoseDistillErrorCode } from '../errors.js';

/** An error on its way to another thread, which takes messages but no classes. */
export interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

export function toPlainError(thrown: unknown): PlainError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code, details } = error as { code?: unknown; details?: Record<string, unknown> };
  return {
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    details: cloneable(details),
  };
}

/** The error as it was; one with a code is ours to explain, whatever package it is from. */
export function fromPlainError({ message, stack, code, details }: PlainError): Error {
  if (code) return new PoseDistillError(code as PoseDistillErrorCode, message, details);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

function cloneable<T>(value: T): T | undefined {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
