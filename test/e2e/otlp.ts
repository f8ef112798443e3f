/** A push by OTLP of one line. */
export const otlpBody = (line: string): object => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'e2e-access' } }] },
      scopeLogs: [{ logRecords: [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: line } }] }],
    },
  ],
});
