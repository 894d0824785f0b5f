import { timestamp, uuid } from "drizzle-orm/pg-core";

/** Primary keys are UUIDs in version 7 form, made by the server: they sort by time. */
export const id = () => uuid("id").primaryKey();
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
export const createdAt = () => moment("created_at").notNull().defaultNow();
