/** A text without the secrets of the URLs in it: passwords, and what signs a link to a bucket. Fit for a log, an error or an answer. */
export const redactUrl = (text: string): string =>
  text.replace(PASSWORD, '//$1:***@').replace(SIGNATURE, '$1***');

/** Up to the last @ before the path; quotes and angle brackets end a URL within a text. */
const PASSWORD = /\/\/([^\s/?#:"<>]*):[^\s/?#"<>]*@/g;

/** After `&amp;` and `%26`, too: markup and links within links. */
const SIGNATURE = /((?:[?&;]|%26|%3F)X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)=)[^\s&"'<>#]+/gi;
