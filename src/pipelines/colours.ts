/** Colours: commands to a terminal in the middle of a line. They would hide where a line begins, and its level. */

/** The character before a colour or another command to a terminal. */
export const ESCAPE = '\u001b';

/** RE2 for a colour. */
export const COLOURS = '\\x1b\\[[0-9;:?]*[A-Za-z]';
