/** A text without the secrets of the URLs in it: passwords, and what signs a link to a bucket. Fit for a log, an error or an answer. */
export const redactUrl = (text: string): string =>
  text.replace(PASSWORD, '//$1:***@').replace(ENCODED, '$1***%40').replace(SIGNATURE, '$1***');

/** Up to the last @ before the path; quotes and angle brackets end a URL within a text, a backslash one within JSON, whose quotes it escapes. */
const PASSWORD = /\/\/([^\s/?#:"<>\\]*):[^\s/?#"<>\\]*@/g;

/** The same in a query, as the address of a request that looks for a link. */
const ENCODED = /(%2F%2F(?:(?!%2F|%3A)[^\s/?#"<>&])*%3A)(?:(?!%2F)[^\s/?#"<>&])*%40/gi;

/** After `&amp;` and `%26`, too: markup and links within links. */
const SIGNATURE =
  /((?:[?&;]|%26|%3F)X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)=)[^\s&"'<>#\\]+/gi;
