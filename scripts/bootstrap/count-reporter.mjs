import { writeFileSync } from 'node:fs';

/** Counts every test of a run, and every file or error that kept tests from running as one failed. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const file of modules) {
      counts.failed += file.errors().length;
      for (const test of file.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        else if (state === 'failed') counts.failed += 1;
        else counts.skipped += 1;
      }
      for (const suite of file.children.allSuites()) counts.failed += suite.errors().length;
    }
    writeFileSync(process.env.SWITCHBOARD_TEST_COUNTS, JSON.stringify(counts));
  }
}
