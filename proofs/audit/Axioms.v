(* Each theorem proves the statement of its name in Statements.v, and this is    *)
(* what it rests on: the assumptions of a bundle are those of its members        *)
(* together.  The output is compared with axioms.expected.                       *)
From mathcomp Require Import all_ssreflect all_algebra.
From Blockspin Require Import Definitions.
From Blockspin Require Import Exponential MehtaSchwab Factorized Ising TransferMatrix counterexamples.MehtaSchwabFails RealInstance.
From BlockspinAudit Require Import Statements.

(* theories/Exponential.v *)

Definition expo_gt0_checked : expo_gt0_statement := @Exponential.expo_gt0.
Definition expo0_checked : expo0_statement := @Exponential.expo0.
Definition expo_lt_checked : expo_lt_statement := @Exponential.expo_lt.
Definition expo_inj_checked : expo_inj_statement := @Exponential.expo_inj.
Definition expoK_checked : expoK_statement := @Exponential.expoK.
Definition lnM_checked : lnM_statement := @Exponential.lnM.
Definition ln_le_subr1_checked : ln_le_subr1_statement := @Exponential.ln_le_subr1.
Definition tanh_lt1_checked : tanh_lt1_statement := @Exponential.tanh_lt1.

Definition Exponential_bundle :=
  (expo_gt0_checked,
   expo0_checked,
   expo_lt_checked,
   expo_inj_checked,
   expoK_checked,
   lnM_checked,
   ln_le_subr1_checked,
   tanh_lt1_checked).
Locate Exponential_bundle.
Print Assumptions Exponential_bundle.

(* theories/MehtaSchwab.v *)

Definition joint_is_distribution_checked : joint_is_distribution_statement := @MehtaSchwab.joint_is_distribution.
Definition visible_marginal_checked : visible_marginal_statement := @MehtaSchwab.visible_marginal.
Definition hidden_marginal_checked : hidden_marginal_statement := @MehtaSchwab.hidden_marginal.
Definition visible_hamiltonian_checked : visible_hamiltonian_statement := @MehtaSchwab.visible_hamiltonian.
Definition hidden_hamiltonian_checked : hidden_hamiltonian_statement := @MehtaSchwab.hidden_hamiltonian.
Definition rg_hamiltonian_eq_rbm_checked : rg_hamiltonian_eq_rbm_statement := @MehtaSchwab.rg_hamiltonian_eq_rbm.
Definition rg_probability_chain_checked : rg_probability_chain_statement := @MehtaSchwab.rg_probability_chain.
Definition rg_hamiltonian_printed_sign_checked : rg_hamiltonian_printed_sign_statement := @MehtaSchwab.rg_hamiltonian_printed_sign.
Definition rg_printed_sign_iff_checked : rg_printed_sign_iff_statement := @MehtaSchwab.rg_printed_sign_iff.
Definition expT_conditional_checked : expT_conditional_statement := @MehtaSchwab.expT_conditional.
Definition expT_own_conditional_checked : expT_own_conditional_statement := @MehtaSchwab.expT_own_conditional.
Definition unit_sum_T_iff_own_marginal_checked : unit_sum_T_iff_own_marginal_statement := @MehtaSchwab.unit_sum_T_iff_own_marginal.
Definition unit_sum_marginal_checked : unit_sum_marginal_statement := @MehtaSchwab.unit_sum_marginal.
Definition expNH_RG_checked : expNH_RG_statement := @MehtaSchwab.expNH_RG.
Definition partition_preserved_checked : partition_preserved_statement := @MehtaSchwab.partition_preserved.
Definition free_energy_preserved_checked : free_energy_preserved_statement := @MehtaSchwab.free_energy_preserved.
Definition correlation_preserves_partition_checked : correlation_preserves_partition_statement := @MehtaSchwab.correlation_preserves_partition.
Definition correlation_unit_sum_necessary_checked : correlation_unit_sum_necessary_statement := @MehtaSchwab.correlation_unit_sum_necessary.
Definition effective_hamiltonian_checked : effective_hamiltonian_statement := @MehtaSchwab.effective_hamiltonian.
Definition effective_partition_function_checked : effective_partition_function_statement := @MehtaSchwab.effective_partition_function.
Definition joint_hamiltonian_plus_checked : joint_hamiltonian_plus_statement := @MehtaSchwab.joint_hamiltonian_plus.
Definition joint_hamiltonian_minus_checked : joint_hamiltonian_minus_statement := @MehtaSchwab.joint_hamiltonian_minus.
Definition joint_hamiltonian_both_signs_checked : joint_hamiltonian_both_signs_statement := @MehtaSchwab.joint_hamiltonian_both_signs.
Definition eq61_is_free_energy_difference_checked : eq61_is_free_energy_difference_statement := @MehtaSchwab.eq61_is_free_energy_difference.
Definition eq61_unit_sum_zero_checked : eq61_unit_sum_zero_statement := @MehtaSchwab.eq61_unit_sum_zero.
Definition eq61_ge0_of_subunit_sum_checked : eq61_ge0_of_subunit_sum_statement := @MehtaSchwab.eq61_ge0_of_subunit_sum.
Definition eq61_zero_iff_of_subunit_sum_checked : eq61_zero_iff_of_subunit_sum_statement := @MehtaSchwab.eq61_zero_iff_of_subunit_sum.
Definition rg_compose_checked : rg_compose_statement := @MehtaSchwab.rg_compose.
Definition unit_sum_compose_checked : unit_sum_compose_statement := @MehtaSchwab.unit_sum_compose.

Definition MehtaSchwab_bundle :=
  (joint_is_distribution_checked,
   visible_marginal_checked,
   hidden_marginal_checked,
   visible_hamiltonian_checked,
   hidden_hamiltonian_checked,
   rg_hamiltonian_eq_rbm_checked,
   rg_probability_chain_checked,
   rg_hamiltonian_printed_sign_checked,
   rg_printed_sign_iff_checked,
   expT_conditional_checked,
   expT_own_conditional_checked,
   unit_sum_T_iff_own_marginal_checked,
   unit_sum_marginal_checked,
   expNH_RG_checked,
   partition_preserved_checked,
   free_energy_preserved_checked,
   correlation_preserves_partition_checked,
   correlation_unit_sum_necessary_checked,
   effective_hamiltonian_checked,
   effective_partition_function_checked,
   joint_hamiltonian_plus_checked,
   joint_hamiltonian_minus_checked,
   joint_hamiltonian_both_signs_checked,
   eq61_is_free_energy_difference_checked,
   eq61_unit_sum_zero_checked,
   eq61_ge0_of_subunit_sum_checked,
   eq61_zero_iff_of_subunit_sum_checked,
   rg_compose_checked,
   unit_sum_compose_checked).
Locate MehtaSchwab_bundle.
Print Assumptions MehtaSchwab_bundle.

(* theories/Factorized.v *)

Definition factorized_marginals_checked : factorized_marginals_statement := @Factorized.factorized_marginals.
Definition marginals_sum_to_one_checked : marginals_sum_to_one_statement := @Factorized.marginals_sum_to_one.
Definition factorized_ge0_checked : factorized_ge0_statement := @Factorized.factorized_ge0.
Definition factorized_uncorrelated_checked : factorized_uncorrelated_statement := @Factorized.factorized_uncorrelated.
Definition joint_eq_factorized_iff_product_checked : joint_eq_factorized_iff_product_statement := @Factorized.joint_eq_factorized_iff_product.
Definition cross_ratio_of_product_checked : cross_ratio_of_product_statement := @Factorized.cross_ratio_of_product.
Definition marginals_do_not_determine_joint_checked : marginals_do_not_determine_joint_statement := @Factorized.marginals_do_not_determine_joint.
Definition rbm_eq_factorized_iff_no_coupling_checked : rbm_eq_factorized_iff_no_coupling_statement := @Factorized.rbm_eq_factorized_iff_no_coupling.

Definition Factorized_bundle :=
  (factorized_marginals_checked,
   marginals_sum_to_one_checked,
   factorized_ge0_checked,
   factorized_uncorrelated_checked,
   joint_eq_factorized_iff_product_checked,
   cross_ratio_of_product_checked,
   marginals_do_not_determine_joint_checked,
   rbm_eq_factorized_iff_no_coupling_checked).
Locate Factorized_bundle.
Print Assumptions Factorized_bundle.

(* theories/Ising.v *)

Definition decimation_step2_checked : decimation_step2_statement := @Ising.decimation_step2.
Definition decimation_step_checked : decimation_step_statement := @Ising.decimation_step.
Definition decimation_unique_checked : decimation_unique_statement := @Ising.decimation_unique.
Definition tanh_dec_K2_checked : tanh_dec_K2_statement := @Ising.tanh_dec_K2.
Definition tanh_dec_K_checked : tanh_dec_K_statement := @Ising.tanh_dec_K.
Definition dec_K_bounds_checked : dec_K_bounds_statement := @Ising.dec_K_bounds.
Definition dec_K_lt_checked : dec_K_lt_statement := @Ising.dec_K_lt.
Definition dec_K_fixed_point_checked : dec_K_fixed_point_statement := @Ising.dec_K_fixed_point.
Definition field_step_checked : field_step_statement := @Ising.field_step.
Definition field_step_unique_checked : field_step_unique_statement := @Ising.field_step_unique.
Definition decimation_on_graph_checked : decimation_on_graph_statement := @Ising.decimation_on_graph.
Definition graph_partition_decimated_checked : graph_partition_decimated_statement := @Ising.graph_partition_decimated.
Definition graph_means_preserved_checked : graph_means_preserved_statement := @Ising.graph_means_preserved.
Definition ring_decimation_checked : ring_decimation_statement := @Ising.ring_decimation.
Definition ring_means_preserved_checked : ring_means_preserved_statement := @Ising.ring_means_preserved.
Definition ring_correlator_preserved_checked : ring_correlator_preserved_statement := @Ising.ring_correlator_preserved.
Definition ring_free_energy_recursion_checked : ring_free_energy_recursion_statement := @Ising.ring_free_energy_recursion.

Definition Ising_bundle :=
  (decimation_step2_checked,
   decimation_step_checked,
   decimation_unique_checked,
   tanh_dec_K2_checked,
   tanh_dec_K_checked,
   dec_K_bounds_checked,
   dec_K_lt_checked,
   dec_K_fixed_point_checked,
   field_step_checked,
   field_step_unique_checked,
   decimation_on_graph_checked,
   graph_partition_decimated_checked,
   graph_means_preserved_checked,
   ring_decimation_checked,
   ring_means_preserved_checked,
   ring_correlator_preserved_checked,
   ring_free_energy_recursion_checked).
Locate Ising_bundle.
Print Assumptions Ising_bundle.

(* theories/TransferMatrix.v *)

Definition ring_sum_trace_checked : ring_sum_trace_statement := @TransferMatrix.ring_sum_trace.
Definition ring_trace_checked : ring_trace_statement := @TransferMatrix.ring_trace.
Definition transfer_squared_checked : transfer_squared_statement := @TransferMatrix.transfer_squared.
Definition transfer_power_checked : transfer_power_statement := @TransferMatrix.transfer_power.
Definition ring_closed_form_checked : ring_closed_form_statement := @TransferMatrix.ring_closed_form.

Definition TransferMatrix_bundle :=
  (ring_sum_trace_checked,
   ring_trace_checked,
   transfer_squared_checked,
   transfer_power_checked,
   ring_closed_form_checked).
Locate TransferMatrix_bundle.
Print Assumptions TransferMatrix_bundle.

(* theories/counterexamples/MehtaSchwabFails.v *)

Definition eq61_zero_without_unit_sum_checked : eq61_zero_without_unit_sum_statement := @MehtaSchwabFails.eq61_zero_without_unit_sum.
Definition eq61_takes_every_value_checked : eq61_takes_every_value_statement := @MehtaSchwabFails.eq61_takes_every_value.
Definition eq61_negative_checked : eq61_negative_statement := @MehtaSchwabFails.eq61_negative.
Definition rg_printed_sign_fails_checked : rg_printed_sign_fails_statement := @MehtaSchwabFails.rg_printed_sign_fails.
Definition eq61_plus_sign_fails_checked : eq61_plus_sign_fails_statement := @MehtaSchwabFails.eq61_plus_sign_fails.
Definition effective_hamiltonian_without_minus_fails_checked : effective_hamiltonian_without_minus_fails_statement := @MehtaSchwabFails.effective_hamiltonian_without_minus_fails.
Definition layer_free_energies_printed_fail_checked : layer_free_energies_printed_fail_statement := @MehtaSchwabFails.layer_free_energies_printed_fail.
Definition joint_hamiltonian_minus_fails_checked : joint_hamiltonian_minus_fails_statement := @MehtaSchwabFails.joint_hamiltonian_minus_fails.

Definition MehtaSchwabFails_bundle :=
  (eq61_zero_without_unit_sum_checked,
   eq61_takes_every_value_checked,
   eq61_negative_checked,
   rg_printed_sign_fails_checked,
   eq61_plus_sign_fails_checked,
   effective_hamiltonian_without_minus_fails_checked,
   layer_free_energies_printed_fail_checked,
   joint_hamiltonian_minus_fails_checked).
Locate MehtaSchwabFails_bundle.
Print Assumptions MehtaSchwabFails_bundle.

(* theories/RealInstance.v *)

Definition real_exponential_is_exp_checked : real_exponential_is_exp_statement := @RealInstance.real_exponential_is_exp.

Definition RealInstance_bundle :=
  (real_exponential_is_exp_checked).
Locate RealInstance_bundle.
Print Assumptions RealInstance_bundle.
