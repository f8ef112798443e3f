import { type Directive, renderNginxConfig } from '../../../../src/components/kit/nginx';
import { parseNginx } from '../../../support/nginx';

describe('an nginx configuration', () => {
  it('is one directive to a line, blocks indented', () => {
    const directives: readonly Directive[] = [
      ['listen', 8080],
      ['location', '=', '/x', [['return', 204]]],
      ['events', []],
    ];
    expect(renderNginxConfig(directives)).toBe('listen 8080;\nlocation = /x {\n  return 204;\n}\nevents {\n}\n');
  });

  it.each(['', 'a b', 'a;b', 'a{b}', 'a"b', "a'b", 'a\\b', '#a', 'a\nb', '~^2\\d\\d:x$', '{"a":"b"}'])(
    'quotes %j as an argument and as a name, so that nginx reads the same again',
    (text) => {
      expect(
        parseNginx(
          renderNginxConfig([
            ['set', text],
            [text, 'x'],
          ]),
        ),
      ).toEqual([
        { words: ['set', text], block: [] },
        { words: [text, 'x'], block: [] },
      ]);
    },
  );

  it.each(['/loki/api', '$tenant', '20971520', 'a=b', '~^/x$'])('leaves %s as it is', (text) => {
    expect(renderNginxConfig([['set', text]])).toBe(`set ${text};\n`);
  });
});
