-- What the agents have taken so far was not noted: each is told once more, and answers.
UPDATE "Gateway" SET "policyRetryAt" = now() WHERE "policyVersion" > 0;
