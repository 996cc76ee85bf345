import {
  ERROR_TABLE,
  type ErrorCode,
  isSoundalikeError,
  SoundalikeError,
  toSoundalikeError,
} from './errors.ts';

describe('the error table', () => {
  test.each(Object.keys(ERROR_TABLE) as ErrorCode[])('%s has a treatment that fits together', (code) => {
    const policy = ERROR_TABLE[code];
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(policy.status).toBeGreaterThanOrEqual(400);
    expect(policy.status).toBeLessThan(600);
    expect(policy.exitCode).toBeGreaterThan(3);
    expect(policy.help).toMatch(/[.]$/);
    // Work that failed because of the surroundings comes back by itself or needs the operator; it never burns attempts.
    if (!policy.countsAttempt) expect([499, 500, 503]).toContain(policy.status);
    if (policy.status < 500 && policy.retryable) expect([429, 499]).toContain(policy.status);
  });

  test('an error carries code, fields, detail and cause', () => {
    const cause = new Error('EOF');
    const error = new SoundalikeError('AUDIO_UNDECODABLE', 'Cannot decode a.mp3', {
      cause,
      detail: 'Invalid data',
      fields: { path: 'a.mp3' },
    });
    expect(error).toMatchObject({
      code: 'AUDIO_UNDECODABLE',
      detail: 'Invalid data',
      fields: { path: 'a.mp3' },
      cause,
      retryable: false,
    });
    expect(isSoundalikeError(error)).toBe(true);
  });

  test('an error does not carry the password of a link on', () => {
    const link = 'http://user:secret@host/a.mp3';
    const error = new SoundalikeError('SOURCE_NOT_FOUND', `${link} answered 404`, {
      fields: { url: link, status: 404 },
      detail: link,
    });
    const { message, detail, fields, stack } = error;
    expect(JSON.stringify([message, detail, fields, stack])).not.toContain('secret');
    expect(fields).toEqual({ url: 'http://user:***@host/a.mp3', status: 404 });
  });

  test('aborts become CANCELLED, the unknown INTERNAL, our own stay', () => {
    const own = new SoundalikeError('TIMEOUT', 'slow');
    expect(toSoundalikeError(own)).toBe(own);
    expect(toSoundalikeError(new DOMException('stop', 'AbortError')).code).toBe('CANCELLED');
    expect(toSoundalikeError(new TypeError('x')).code).toBe('INTERNAL');
    expect(toSoundalikeError('text').message).toBe('text');
  });
});
