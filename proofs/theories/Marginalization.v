(* Summing out one layer after another keeps Z and the means of what is left.   *)
(* (4), (5), (16) and (23) of jefferson2019, on finite layers; (23) also for    *)
(* any homogeneous functionals in the place of the sums over y and z.           *)
(* Main: marginal_hamiltonian_weight, marginal_hamiltonian_partition,           *)
(* marginal_means, marginal_means_functional, marginal_steps_compose.           *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Marginal.
Variables (R : realFieldType) (e : exponential R) (beta : R).
Hypothesis beta_neq0 : beta != 0.

(* (4), (5), (16) *)
Theorem marginal_hamiltonian_weight (X Y : finType) (H : X -> Y -> R) (x : X) : Y ->
  e (- beta * marginal_hamiltonian e beta H x) = \sum_y e (- beta * H x y).
Proof.
move=> y0; rewrite /marginal_hamiltonian mulrNN mulrA mul1r divff // mul1r lnK //.
by apply: sum_gt0 => // y; apply: expo_gt0.
Qed.

Theorem marginal_hamiltonian_partition (X Y : finType) (H : X -> Y -> R) : Y ->
  \sum_x e (- beta * marginal_hamiltonian e beta H x) = \sum_x \sum_y e (- beta * H x y).
Proof. by move=> y0; apply: eq_bigr => x _; apply: marginal_hamiltonian_weight. Qed.

(* z first and y then, or both at once *)
Theorem marginal_steps_compose (X Y Z : finType) (H : X -> Y -> Z -> R) (x : X) : Y -> Z ->
  marginal_hamiltonian e beta (fun x y => marginal_hamiltonian e beta (H x) y) x
  = marginal_hamiltonian e beta (fun x (yz : Y * Z) => H x yz.1 yz.2) x.
Proof.
move=> y0 z0; rewrite /marginal_hamiltonian; congr (- (_ * ln e _)).
rewrite -(pair_bigA _ (fun y z => e (- beta * H x y z))) /=; apply: eq_bigr => y _.
exact: marginal_hamiltonian_weight.
Qed.

(* (23) on finite layers *)
Theorem marginal_means (X Y Z : finType) (p : X -> Y -> Z -> R) (f : X -> R) :
  \sum_x \sum_y \sum_z f x * p x y z = \sum_x \sum_y f x * (\sum_z p x y z)
  /\ \sum_x \sum_y f x * (\sum_z p x y z) = \sum_x f x * (\sum_y \sum_z p x y z).
Proof.
split; apply: eq_bigr => x _; last by rewrite mulr_sumr.
by apply: eq_bigr => y _; rewrite mulr_sumr.
Qed.
End Marginal.

(* (23) with integrals: only homogeneity is used. *)
Theorem marginal_means_functional (R : realFieldType) (X : finType) (Y Z : Type)
    (Iy : (Y -> R) -> R) (Iz : (Z -> R) -> R) (p : X -> Y -> Z -> R) (f : X -> R) :
  (forall g g', g =1 g' -> Iy g = Iy g') ->
  (forall c g, Iy (fun y => c * g y) = c * Iy g) ->
  (forall c g, Iz (fun z => c * g z) = c * Iz g) ->
  \sum_x Iy (fun y => Iz (fun z => f x * p x y z)) = \sum_x Iy (fun y => f x * Iz (p x y))
  /\ \sum_x Iy (fun y => f x * Iz (p x y)) = \sum_x f x * Iy (fun y => Iz (p x y)).
Proof.
move=> exty homy homz; split; apply: eq_bigr => x _; last exact: homy.
by apply: exty => y; apply: homz.
Qed.
