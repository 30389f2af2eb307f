/** What an operation will do, and what it changes, side by side. */
import { cx } from './class-names';
import { TimedText } from './timed-text';

export function PlanText({
  steps,
  consequences,
  zone,
  className,
}: {
  steps: readonly string[];
  consequences: readonly string[];
  /** IANA zone of the site, for the instants in it. */
  zone: string;
  className?: string;
}) {
  return (
    <div className={cx('grid gap-x-6 gap-y-3', className)}>
      <section aria-label="What will happen">
        <h3 className="pb-1 text-xs font-semibold">What will happen</h3>
        <ol className="list-decimal pl-5 text-sm">
          {steps.map((step) => (
            <li key={step}>
              <TimedText text={step} zone={zone} />
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="Consequences">
        <h3 className="pb-1 text-xs font-semibold">Consequences</h3>
        <ul className="list-disc pl-5 text-sm">
          {consequences.map((line) => (
            <li key={line}>
              <TimedText text={line} zone={zone} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
