/** Doors see no store; what its errors mean reaches them through here. */
export { toDomainError } from '../store/errors';
