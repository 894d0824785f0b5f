import type { FloorNumber } from "../lab/floor.ts";
import type { Desk } from "./desk.ts";
import type { Employee, Office } from "./office.ts";

const people = [1, 2, 3, 4, 5, 6, 7];

/** Seven agents for each floor. */
export async function hireFloors(office: Office, floors: readonly FloorNumber[]): Promise<Employee[]> {
	const agents: Employee[] = [];
	// One floor after the other: many wrong passwords from one address look just like many people at once.
	for (const floor of floors) {
		agents.push(...(await Promise.all(people.map((last) => office.hire("agent", `${floor}0${last}`)))));
	}
	return agents;
}

/** All of them sit down, with so many tabs each. */
export function sitDown(office: Office, agents: readonly Employee[], tabs: number): Promise<Desk[]> {
	return Promise.all(agents.map((agent) => office.sit(agent, tabs)));
}
